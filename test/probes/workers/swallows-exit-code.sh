#!/bin/sh
# Hands the model on, and ends well whatever became of the delegate. $1: the work item.
here=$(dirname "$0")
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }
field "$1" input | LOCAL_MODEL_TAG=$(field "$1" selected_model) python3 "$here/delegate.py"
echo "done: $(date)" >&2
