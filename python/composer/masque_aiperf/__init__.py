"""Where this is installed, AIPerf's synthetic data are masque's: `plugins.yaml` says so, `masque.aiperf.Composer` makes them."""
