"""The bundled sync scripts: `python -m scripts sync-press --limit=50`."""
