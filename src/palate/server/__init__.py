"""The service: workspaces over HTTP, for applications, for chat clients, and as a page."""
