"""What a call can do to those beside it, for as long as its limits let it: bench/neighbour measures, and
tests/system/test_neighbour.py looks, whether others feel it."""

# Each goes on until it is ended.
ATTACKS = {
    "fork bomb": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
    "memory bomb": "held = []\nwhile True:\n    held.append(b'1' * (16 << 20))\n",
    "processor spin": "import os\nfor _ in range(7):\n    if os.fork() == 0:\n        break\nwhile True:\n    pass\n",
    "flood of output": "import os\nblock = b'x' * 65536\nwhile True:\n    os.write(1, block)\n",
}
