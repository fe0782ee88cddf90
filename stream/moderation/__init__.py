"""What may be shown: an ordered chain between the state and every feed."""
