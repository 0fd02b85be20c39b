"""The versions of the SOP and of the working calendar."""
