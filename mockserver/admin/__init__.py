"""The control API `/__admin`: who may ask, what can be asked, how it says no."""
