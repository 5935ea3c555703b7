"""What the app says of itself and gives away: logs, files."""
