"""Addresses of sign-in, accounts and people. allauth's own ways to sign up or mend a password by e-mail are closed."""

from django.urls import include, path

from simpul.portal.people import views

urlpatterns = [
    path("masuk/signup/", views.show_closed, name="account_signup"),
    path("masuk/password/reset/", views.show_closed, name="account_reset_password"),
    path("masuk/email/", views.show_closed, name="account_email"),
    path("masuk/", include("allauth.urls")),
]
