"""Ends well with an answer that no model gave."""

import json
import sys

item = json.load(sys.stdin)
print(json.dumps({"observed_model": item["selected_model"], "completion": "All systems are operational."}))
