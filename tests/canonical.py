"""Draws a frame of a canonical scene with Pillow, from the scenes' description, and writes its RGB bytes to standard output.

    canonical.py PATTERN WIDTH HEIGHT FRAME FRAMES
"""

import math
import sys

from PIL import Image, ImageDraw

pattern = sys.argv[1]
width, height, frame, frames = map(int, sys.argv[2:])


def disc(pen, x, y, radius, **how):
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), **how)


def moving_shapes():
    image = Image.new("RGB", (width, height), (0, 0, 0))
    pen = ImageDraw.Draw(image)
    # Where each shape starts, and how often it crosses the picture in a clip.
    at = lambda start, side, times: (start + side / frames * times * frame) % side
    disc(pen, at(0, width, 2), height // 2, 15, fill=(255, 0, 0))
    # The square is given by its centre; its side is 25.
    x, y, half = width // 2, at(0, height, 2), 25 // 2
    pen.rectangle((x - half, y - half, x + half, y + half), fill=(0, 255, 0))
    disc(pen, at(width, width, -1.5), at(height, height, -1.5), 10, fill=(0, 0, 255))
    return image


def grid_clock():
    image = Image.new("RGB", (width, height), (32, 32, 32))
    pen = ImageDraw.Draw(image)
    for x in range(0, width, 32):
        pen.line((x, 0, x, height), fill=(64, 64, 64))
    for y in range(0, height, 32):
        pen.line((0, y, width, y), fill=(64, 64, 64))
    x, y, radius = width // 2, height // 2, min(width, height) // 4
    turn = 2 * math.pi * frame / frames
    for angle, length, fill, thick in ((turn / 12, 0.6, (255, 255, 0), 3), (turn, 0.9, (255, 255, 255), 2)):
        tip = (x + length * radius * math.sin(angle), y - length * radius * math.cos(angle))
        pen.line((x, y, *tip), fill=fill, width=thick)
    disc(pen, x, y, radius, outline=(128, 128, 128), width=2)
    disc(pen, x, y, 3, fill=(255, 0, 0))
    return image


sys.stdout.buffer.write({"moving_shapes": moving_shapes, "grid_clock": grid_clock}[pattern]().tobytes())
