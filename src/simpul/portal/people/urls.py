"""Addresses of sign-in, accounts and people. allauth's own ways to sign up or mend a password by e-mail are closed."""

from django.urls import include, path

from simpul.portal.people import views

urlpatterns = [
    path("masuk/signup/", views.show_closed, name="account_signup"),
    path("masuk/password/reset/", views.show_closed, name="account_reset_password"),
    path("masuk/email/", views.show_closed, name="account_email"),
    path("masuk/", include("allauth.urls")),
    path("akun/", views.show_account, name="account"),
    path("akun/token/", views.keep_tokens, name="tokens"),
    path("akun/token/<slug:token_id>/cabut", views.revoke_token, name="token_revoke"),
    path("orang/", views.list_people, name="people"),
    path("orang/tambah", views.add_person, name="person_add"),
    path("orang/<int:person_id>/", views.show_person, name="person"),
    path("orang/<int:person_id>/ubah", views.change_person, name="person_change"),
    path("orang/<int:person_id>/peran", views.set_roles, name="person_roles"),
    path("orang/<int:person_id>/aktif", views.switch_activity, name="person_activity"),
    path("orang/<int:person_id>/tidak-bertugas", views.set_absence, name="person_absence"),
    path("orang/<int:person_id>/kata-sandi", views.reset_password, name="person_password"),
    path("orang/<int:person_id>/autentikator", views.reset_second_factor, name="person_second_factor"),
]
