"""The subcommands of ``agora``, by what they are about; each is a thin shell."""
