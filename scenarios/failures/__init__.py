"""What happens to a site when each of its parts fails, alone and while another is out for upkeep."""
