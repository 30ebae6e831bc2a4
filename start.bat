@echo off
rem Double-click this file to start LoRA Workbench. It finds Python 3.11 or newer, or says how to get it.
chcp 65001 >nul
title LoRA Workbench
cd /d "%~dp0"
set "PYTHONUTF8=1"
set "FOUND="
for %%V in (3.14 3.13 3.12 3.11) do if not defined FOUND (
  py -%%V -c "import sys" >nul 2>nul && set "FOUND=py -%%V"
)
if not defined FOUND (
  rem The Store's placeholder `python` opens a shop window instead of running, so it has to prove that it runs.
  python -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 14)))" >nul 2>nul && set "FOUND=python"
)
if not defined FOUND (
  echo LoRA Workbench needs Python 3.11 to 3.14. Get it from https://www.python.org/downloads/ , tick "Add python.exe to PATH", then double-click this file again.
  echo LoRA Workbench 需要 Python 3.11 到 3.14。请到 https://www.python.org/downloads/ 下载安装，勾选 "Add python.exe to PATH"，然后再双击这个文件。
  echo.
  pause
  exit /b 2
)
echo Keep this window open. Closing it ends the program.
echo 请不要关闭这个窗口，关闭后程序会结束。
%FOUND% launch.py %*
set "CODE=%ERRORLEVEL%"
if not "%CODE%"=="0" pause
exit /b %CODE%
