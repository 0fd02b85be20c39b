"""Sends notices by mail to the programmers they are for, where the hub has a mail server."""
