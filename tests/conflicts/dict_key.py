"""One key of a dict."""

from rounds import conflicting

prices = {"tea": 1, "milk": 2}


def changes():
    for i in range(30000):
        prices["tea"] = i  # winner


def uses():
    for i in range(30000):
        prices["tea"]  # loser: a dict (key "tea")


conflicting(changes, uses)
