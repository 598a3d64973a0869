"""Programs whose threads work on shared data in transactions: see docs/workloads.md. Each module has a class `Work`."""

STAMP = ["bayes", "genome", "intruder", "kmeans", "labyrinth", "ssca2", "vacation", "yada"]
STRUCTURES = ["red_black_tree", "skip_list", "hash_set", "linked_list"]
OTHERS = ["bank", "philosophers", "lru_cache", "bounded_buffer"]
ALL = STAMP + STRUCTURES + OTHERS
