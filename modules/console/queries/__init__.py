"""What the console shows, read from manifests, logs, sagas and other modules' interfaces."""
