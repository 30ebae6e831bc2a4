#!/bin/bash
# Double-click this file to start LoRA Workbench on a Mac. It finds Python 3.11 or newer, or says how to get it.
cd "$(dirname "$0")" || exit 1
PATH="$PATH:/opt/homebrew/bin:/usr/local/bin"

found=""
for name in python3.14 python3.13 python3.12 python3.11 python3 \
  /Library/Frameworks/Python.framework/Versions/3.{14,13,12,11}/bin/python3; do
  # Without Apple's developer tools /usr/bin/python3 only opens a dialog, so it is asked last of all names and has to prove that it runs.
  if [ "$(command -v "$name")" = /usr/bin/python3 ] && [ "$(uname)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then
    continue
  fi
  if "$name" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 14)))' >/dev/null 2>&1; then
    found="$name"
    break
  fi
done

if [ -z "$found" ]; then
  echo "LoRA Workbench needs Python 3.11 to 3.14. Get it from https://www.python.org/downloads/ , then double-click this file again."
  echo "LoRA Workbench 需要 Python 3.11 到 3.14。请到 https://www.python.org/downloads/ 下载安装，然后再双击这个文件。"
  [ -t 0 ] && read -r -p "" _
  exit 2
fi

echo "Keep this window open. Closing it ends the program."
echo "请不要关闭这个窗口，关闭后程序会结束。"
"$found" launch.py "$@"
code=$?
[ "$code" -ne 0 ] && [ -t 0 ] && read -r -p "" _
exit "$code"
