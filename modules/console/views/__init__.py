"""The console's pages. In production they are for staff; on a laptop there is no login."""
