"""The hotline: calls, and the codes by which a caller shows to be who the number claims."""
