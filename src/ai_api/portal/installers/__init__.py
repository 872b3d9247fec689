"""Scripts that set up command lines of others for this gateway, written for this deployment as they are asked for."""
