"""What each command of the command line does and prints; a module a command, loaded when it is asked for."""
