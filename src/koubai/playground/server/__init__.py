"""The sockets: who may connect, what stands at which address."""
