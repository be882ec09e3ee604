"""Who may come in: passwords, sign-ins, access tokens, invitations, and the trail they leave."""
