"""What listening to Hacker News needs beside the format: the wire to the service."""
