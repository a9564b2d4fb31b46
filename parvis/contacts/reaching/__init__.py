"""How somebody is reached: envelope, e-mail address, and the way that they prefer."""
