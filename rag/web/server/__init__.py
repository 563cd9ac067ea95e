"""What stands around the page: the socket, who may come in, what programs may ask."""
