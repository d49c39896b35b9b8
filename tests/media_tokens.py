"""Tokens of media as `transformers` counts them: prints a line `family kind numbers… tokens` for random sizes of each family. Its processors
need no weights; those that are written for torch alone, which is not needed for sizes, are asked through the functions that count."""

import ast
import importlib.util
import inspect
import math
import pathlib
import random
import sys
import types
from collections import defaultdict

import numpy as np
import transformers

models = pathlib.Path(transformers.__file__).parent / "models"
COUNT = int(sys.argv[1])
draw = random.Random(int(sys.argv[2]))


def functions(path, names, **known):
    """Some functions of a module that cannot be imported without torch, in order."""
    tree = ast.parse((models / path).read_text())
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in names and node.name not in found:
            node.decorator_list, node.returns = [], None
            for argument in node.args.args:
                argument.annotation = None
            found[node.name] = node
    space = {"math": math, "np": np, "defaultdict": defaultdict, **known}
    module = ast.Module([found[name] for name in names], [])
    exec(compile(ast.fix_missing_locations(module), path, "exec"), space)
    return types.SimpleNamespace(**{name: space[name] for name in names})


def size():
    width = round(math.exp(draw.uniform(math.log(16), math.log(8192))))
    ratio = math.exp(draw.gauss(0, 0.7))
    return max(10, min(8192, round(width * ratio))), width  # height, width


def qwen(limits, patch):
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    processor = Qwen2VLImageProcessorPil(size=dict(zip(("shortest_edge", "longest_edge"), limits)), patch_size=patch)
    return lambda height, width: processor.get_number_of_image_patches(height, width) // 4


def internvl(height, width):
    from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil

    processor = GotOcr2ImageProcessorPil(crop_to_patches=True, min_patches=1, max_patches=12, size={"height": 448, "width": 448})
    return 2 + 256 * processor.get_number_of_image_patches(height, width)


def gemma3(height, width):
    from transformers.models.gemma3 import processing_gemma3

    stub = types.SimpleNamespace(image_seq_length=256)
    return processing_gemma3.Gemma3Processor._get_num_multimodal_tokens(stub, [[height, width]])["num_image_tokens"][0]


def pixtral(height, width):
    from transformers.models.pixtral.image_processing_pil_pixtral import get_resize_output_image_size

    image = np.broadcast_to(np.zeros((1, 1, 1), np.uint8), (height, width, 3))
    rows, columns = get_resize_output_image_size(image, size=(1024, 1024), patch_size=(16, 16))
    return (columns // 16 + 1) * (rows // 16)


class Torch:
    """As much of torch as Llama 4 takes to choose its tiles: arithmetic of 32 bits."""

    where, max, min, argmin = staticmethod(np.where), staticmethod(np.max), staticmethod(np.min), staticmethod(np.argmin)


class Sides(np.ndarray):
    """Whole numbers that are divided in 32 bits, as torch does."""

    def __truediv__(self, other):
        return (np.asarray(self, np.float32) / np.float32(other)).view(np.ndarray)


llama = functions("llama4/image_processing_llama4.py", ["get_factors", "find_supported_resolutions", "get_best_fit"], torch=Torch)


def llama4(height, width):
    from transformers.models.llama4.processing_llama4 import Llama4Processor

    tile = types.SimpleNamespace(height=336, width=336)
    canvases = np.array(llama.find_supported_resolutions(16, tile)).view(Sides)
    rows, columns = (int(side) // 336 for side in llama.get_best_fit((height, width), canvases))
    stub = types.SimpleNamespace(
        start_of_img_token="<|image_start|>", end_of_img_token="<|image_end|>", img_patch_token="<|patch|>", patch_token="<|patch|>",
        tile_token="<|tile_x_separator|>", tile_global_token="<|tile_y_separator|>", image_token="<|image|>", fake_image_token="<|image|>",
    )
    said = Llama4Processor._prompt_split_image(stub, (rows, columns), 24 * 24 // 4)
    return said.count("<|")


def llava_next(height, width):
    from transformers.models.llava_next.processing_llava_next import LlavaNextProcessor

    class Stub(LlavaNextProcessor):
        def __init__(self):
            self.patch_size, self.num_additional_image_tokens, self.vision_feature_select_strategy = 14, 1, "default"
            grids = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
            self.image_processor = types.SimpleNamespace(size={"shortest_edge": 336}, image_grid_pinpoints=grids)

        def _merge_kwargs(self, **kwargs):
            return {"images_kwargs": {}}

    return Stub()._get_num_multimodal_tokens([[height, width]])["num_image_tokens"][0]


class Mask:
    """As much of torch as Phi-4 takes for its mask, and nothing of the pixels."""

    ones = staticmethod(lambda shape, device=None: np.ones(shape))


class Drawn:
    """What is resized and padded, and has no pixels."""

    resize = staticmethod(lambda image, size: image)
    pad = staticmethod(lambda image, padding, fill: image)


phi = functions(
    "phi4_multimodal/image_processing_phi4_multimodal.py", ["find_closest_aspect_ratio", "dynamic_preprocess"], torch=Mask, tvF=Drawn
)


def phi4_multimodal(height, width):
    stub = types.SimpleNamespace(find_closest_aspect_ratio=lambda *given: phi.find_closest_aspect_ratio(None, *given))
    image = types.SimpleNamespace(shape=(3, height, width), device=None)
    try:
        _, mask = phi.dynamic_preprocess(stub, image, 448, 14, 32, max_num=36)
    except ValueError:
        return None
    halved = mask[0::2, 0::2]
    return 256 + 1 + int(halved.sum()) + int(halved[:, 0].sum()) + 16


QWEN2 = (56 * 56, 16384 * 28 * 28), 14
QWEN3 = (256 * 256, 16384 * 32 * 32), 16
IMAGES = {
    "qwen2_vl": qwen(*QWEN2), "qwen2_5_vl": qwen(*QWEN2), "qwen2_5_omni": qwen(*QWEN2), "qwen3_vl": qwen(*QWEN3), "internvl": internvl,
    "gemma3": gemma3, "pixtral": pixtral, "llama4": llama4, "llava_next": llava_next, "phi4_multimodal": phi4_multimodal,
}

for family, count in IMAGES.items():
    for _ in range(COUNT):
        height, width = size()
        try:
            tokens = count(height, width)
        except ValueError:
            tokens = None
        print(family, "image", width, height, "-" if tokens is None else tokens)

qwen2 = functions("qwen2_vl/image_processing_pil_qwen2_vl.py", ["smart_resize"])
video2 = functions(
    "qwen2_vl/video_processing_qwen2_vl.py", ["sample_frames", "get_num_of_video_patches"], smart_resize=qwen2.smart_resize,
    torch=types.SimpleNamespace(arange=lambda start, end, step=1: np.arange(start, end, step).view(type("Int", (np.ndarray,), {"int": lambda it: it.astype(int)}))),
)
video3 = functions("qwen3_vl/video_processing_qwen3_vl.py", ["smart_resize", "sample_frames", "get_num_of_video_patches"])
FRAMES = dict(num_frames=None, fps=2, min_frames=4, max_frames=768, temporal_patch_size=2, merge_size=2, cap_pixels_per_frame=False)
CLIPS = {
    "qwen2_vl": (video2, types.SimpleNamespace(size=dict(shortest_edge=128 * 28 * 28, longest_edge=28 * 28 * 768), patch_size=14, **FRAMES)),
    "qwen3_vl": (video3, types.SimpleNamespace(size=dict(shortest_edge=128 * 32 * 32, longest_edge=32 * 32 * 768), patch_size=16, **FRAMES)),
}
CLIPS["qwen2_5_vl"] = CLIPS["qwen2_vl"]

for family, (video, stub) in CLIPS.items():
    for _ in range(COUNT):
        height, width = size()
        frames, rate = draw.randint(1, 2000), draw.choice([1, 2, 4, 8, 24, 25, 30, 30000 / 1001, 60])
        try:
            seen = len(video.sample_frames(stub, types.SimpleNamespace(total_num_frames=frames, fps=rate)))
            if seen < 2:
                raise ValueError
            tokens = video.get_num_of_video_patches(stub, seen, height, width, {}) // 4
        except (ValueError, ZeroDivisionError):
            tokens = "-"
        print(family, "video", width, height, frames, rate, tokens)

hears2 = functions("qwen2_5_omni/processing_qwen2_5_omni.py", ["_get_feat_extract_output_lengths"])
hears3 = functions("qwen3_omni_moe/processing_qwen3_omni_moe.py", ["_get_feat_extract_output_lengths"])


def mel(samples, most):
    return min(math.ceil(samples / 160), most)


def qwen2_audio(samples):
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor(feature_size=128)
    features = extractor(np.zeros(samples, np.float32), sampling_rate=16000, return_attention_mask=True, padding="max_length")
    frames = int(features["attention_mask"].sum())
    return (((frames - 1) // 2 + 1) - 2) // 2 + 1


def phi4_audio(samples):
    frames = (samples - 400) // 160 + 1
    return frames // 8 + (frames % 8 > 0)


def whisper(samples):
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()
    spans = max(1, math.ceil(samples / extractor.n_samples))
    return spans * extractor.nb_max_frames // 2


SOUNDS = {
    "qwen2_audio": qwen2_audio, "whisper": whisper, "phi4_multimodal": phi4_audio,
    "qwen2_5_omni": lambda samples: hears2._get_feat_extract_output_lengths(mel(samples, 30000)),
    "qwen3_omni": lambda samples: hears3._get_feat_extract_output_lengths(mel(samples, 30000)),
}
for family, count in SOUNDS.items():
    for _ in range(min(COUNT, 40) if family == "qwen2_audio" else COUNT):
        samples = round(math.exp(draw.uniform(math.log(800), math.log(16000 * 400))))
        print(family, "audio", samples, count(samples))
