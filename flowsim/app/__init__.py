"""A page to play with: one scenario in a browser, its policies and inputs to be changed and run.

`settings` is what somebody chose and what comes of it, without a browser; `session` runs it in the
background; `page` and its parts show it with Bokeh; `server` listens on this machine alone.
"""
