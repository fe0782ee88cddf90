"""What is left of an event when it is over: a report to hand on, and the posts as an archive; both without what is gone."""
