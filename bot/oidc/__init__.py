"""Signing in with the office's own directory, by OpenID Connect: code flow with PKCE, state and nonce."""
