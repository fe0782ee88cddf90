"""Text from strings to pixels, one stage a file: clusters, fonts, typesetter (shaping), atlas (pictures on the GPU)."""
