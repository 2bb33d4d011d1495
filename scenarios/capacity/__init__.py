"""What a site can carry: usable IT power under each limit, racks that fit, what is stranded, caps for more racks."""
