"""Addresses for programs (tokens, keys, metadata) and for their programmers (OAuth clients)."""

from django.urls import path

from simpul.portal.credentials import token_views, views

urlpatterns = [
    path("aplikasi/oauth/", views.show_clients, name="oauth_clients"),
    path("aplikasi/oauth/<slug:client_id>/cabut", views.revoke_client, name="oauth_client_revoke"),
    path("oauth/token", token_views.show_token, name="oauth_token"),
    path(".well-known/jwks.json", token_views.show_keys, name="oauth_keys"),
    path(".well-known/oauth-authorization-server", token_views.show_metadata, name="oauth_metadata"),
]
