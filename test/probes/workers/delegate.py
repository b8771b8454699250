"""Asks the model that LOCAL_MODEL_TAG names, else its default; records which one answered. Exit code 1 where none did."""

import json
import os
import sys
import urllib.request

model = os.environ.get("LOCAL_MODEL_TAG", "phi4-mini")
body = {
    "model": model,
    "messages": [{"role": "user", "content": sys.stdin.read()}],
    "stream": False,
    "options": {"temperature": 0, "num_predict": 8, "num_ctx": 512},
}
request = urllib.request.Request(
    f"http://{os.environ['OLLAMA_HOST']}/api/chat",
    data=json.dumps(body).encode(),
    headers={"content-type": "application/json"},
)
try:
    with urllib.request.urlopen(request) as response:
        answer = json.load(response)
except OSError as error:
    print(f"delegate: {model} gave no answer: {error}", file=sys.stderr)
    sys.exit(1)
print(json.dumps({"requested_model": model, "observed_model": answer["model"], "completion": answer["message"]["content"]}))
