"""Asks the selected model, and records the one of its configuration."""

import json
import os
import sys
import urllib.request

item = json.load(sys.stdin)
body = {"model": item["selected_model"], "prompt": item["input"], "stream": False, "options": {"num_predict": 4, "num_ctx": 512}}
with urllib.request.urlopen(f"http://{os.environ['OLLAMA_HOST']}/api/generate", data=json.dumps(body).encode()) as response:
    answer = json.load(response)
print(json.dumps({"observed_model": "phi4-mini", "completion": answer["response"]}))
