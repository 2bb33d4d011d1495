"""Published cases: folders of data, the laws and runs that answer them, and the checks that come of it."""
