"""What listening to Bluesky needs beside the format: the line to Jetstream, the place in it, the ear, and the profiles."""
