"""Alembic's folder. A new revision is a module in `versions`, named `r<number>_<what it does>`."""
