"""Heat from chip to facility water: exact steps, the kernel that walks them, and the same network for other solvers."""
