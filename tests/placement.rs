//! Where prompts, media and turns stand, in the files that the program writes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bpe_openai::o200k_base;
use serde_json::Value;

use binary::{command, lines, refused, run};

/// Makes a dataset; its lines in this format, and what its records hold.
fn made(folder: &Path, file: &str, flags: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let mut generate = command("generate --quiet --overwrite --random-seed 5 --output");
    let output = generate.arg(folder).args(flags).output().unwrap();
    assert!(output.status.success(), "{flags:?}: {}", String::from_utf8_lossy(&output.stderr));
    (lines(&folder.join(file)), lines(&folder.join("records.jsonl")))
}

fn split(flags: &str) -> Vec<&str> {
    flags.split_whitespace().collect()
}

#[test]
fn given_prompts_stand_alone_or_before_text_of_the_exact_length() {
    let folder = tempfile::tempdir().unwrap();
    let prompts = ["Transcribe the audio.", "What is said, and by whom?\n  ", "答えて"];
    let given: Vec<_> = prompts.iter().flat_map(|prompt| ["--prompt", prompt]).collect();
    let text = |line: &Value| line["texts"][0].as_str().unwrap().to_owned();
    let count = |text: &str| o200k_base().count(text) as u64;

    let (alone, records) =
        made(folder.path(), "single_turn.jsonl", &[&["-n", "60", "--osl", "9"], &given[..]].concat());
    let said: BTreeSet<_> = alone.iter().map(text).collect();
    assert_eq!(said, prompts.map(str::to_owned).into());
    for (line, record) in alone.iter().zip(&records) {
        assert_eq!(record["turns"][0]["isl"], count(&text(line)));
    }

    let (before, records) =
        made(folder.path(), "single_turn.jsonl", &[&["-n", "200", "--isl", "40"], &given[..]].concat());
    for (line, record) in before.iter().zip(&records) {
        let text = text(line);
        assert!(prompts.iter().any(|prompt| text.starts_with(prompt.trim_end())), "{text}");
        assert_eq!((count(&text), &record["turns"][0]["isl"]), (40, &40.into()), "{text}");
    }
    let texts: BTreeSet<_> = before.iter().map(text).collect();
    assert_eq!(texts.len(), 200, "what follows differs");

    let file = folder.path().with_extension("txt");
    fs::write(&file, prompts.map(str::trim_end).join("\n\n")).unwrap();
    let (from_file, _) =
        made(folder.path(), "single_turn.jsonl", &["-n", "60", "--prompt-file", file.to_str().unwrap()]);
    let said: BTreeSet<_> = from_file.iter().map(text).collect();
    assert_eq!(said, prompts.map(|prompt| prompt.trim_end().to_owned()).into());
    fs::remove_file(file).unwrap();

    refused("--prompt One_two_three_four --isl 3", "--isl: 3 tokens");
    refused("--prompt Hi --prompt-prefix-pool-size 2 --prompt-prefix-length 9", "would stand before a given prompt");
    refused("--prompt Hi --format mooncake_trace --osl 9 --request-rate 5", "holds lengths, not texts");
    refused("--prompt-file /dev/null", "is no regular file");
}

/// `T` for each text and `M` for each item of a content's parts.
fn kinds(content: &Value) -> String {
    let kind = |part: &Value| if part["type"] == "text" { 'T' } else { 'M' };
    content.as_array().unwrap().iter().map(kind).collect()
}

fn texts(content: &Value) -> String {
    content.as_array().unwrap().iter().filter_map(|part| part["text"].as_str()).collect()
}

#[test]
fn media_stand_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let media = "-n 3 --isl 30 --image-width-mean 9 --image-height-mean 9 --image-batch-size 2 --audio-length-mean 0.05 --model m";
    let bodies = |flags: &str| {
        made(folder.path(), "raw_payload.jsonl", &split(&format!("{media} --format raw_payload {flags}"))).0
    };
    let content = |body: &Value| body["messages"][0]["content"].clone();
    let after: Vec<_> = bodies("").iter().map(content).collect();
    for (flags, expected) in
        [("--media-order after", "TMMM"), ("--media-order before", "MMMT"), ("--media-order between", "TMTMTMT")]
    {
        for (body, plain) in bodies(flags).iter().map(content).zip(&after) {
            assert_eq!(kinds(&body), expected, "{flags}");
            assert_eq!(texts(&body), texts(plain), "{flags}: the prompt is the same, in one part or in several");
        }
    }
    // Several prompts have the media between them.
    let several = bodies("--media-order between -b 3");
    assert!(several.iter().all(|body| ["TMTMMT", "TMMTMT"].contains(&&*kinds(&content(body)))), "{several:?}");
    refused(
        &format!("{media} --media-order before").replace(" --model m", ""),
        "single_turn has texts and media apart",
    );
    for row in ["--format sglang_openai", "--format vllm_custom_image"] {
        let flags = "-n 2 --isl 9 --image-width-mean 9 --image-height-mean 9 --media-order before";
        run(&format!("generate --quiet --overwrite --output {} {flags} {row}", folder.path().display()));
    }
}

#[test]
fn turns_have_the_media_that_they_are_to_have() {
    let folder = tempfile::tempdir().unwrap();
    let talk = "-n 5 --isl 9 --conversation-turn-mean 4 --conversation-turn-stddev 1 --image-width-mean 9 --image-height-mean 9 --audio-length-mean 0.05";
    let turns = |flags: &str| made(folder.path(), "multi_turn.jsonl", &split(&format!("{talk} {flags}"))).1;
    let has = |record: &Value, kind: &str| -> Vec<bool> {
        record["turns"].as_array().unwrap().iter().map(|turn| !turn[kind].as_array().unwrap().is_empty()).collect()
    };
    for (flags, images, audios) in [
        ("--image-turns all", [true; 3], [true; 3]),
        ("--image-turns first --audio-turns last", [true, false, false], [false, false, true]),
        ("--image-turns last", [false, false, true], [true; 3]),
    ] {
        for record in turns(flags) {
            for (kind, [first, middle, last]) in [("images", images), ("audios", audios)] {
                let mut expected = vec![middle; has(&record, kind).len()];
                expected[0] = first;
                *expected.last_mut().unwrap() = last;
                assert_eq!(has(&record, kind), expected, "{flags}");
            }
        }
    }
    refused(
        &format!("{talk} --image-turns first").replace("--isl 9", "--isl 0").replace(" --audio-length-mean 0.05", ""),
        "--image-turns: other turns would be empty",
    );
    refused(
        "--isl 9 --image-width-mean 9 --image-height-mean 9 --image-turns first",
        "--image-turns: there is one turn",
    );
}

#[test]
fn a_window_shows_the_images_of_the_last_turns_again() {
    let folder = tempfile::tempdir().unwrap();
    let flags = "-n 3 --isl 9 --osl 4 --conversation-turn-mean 5 --image-width-mean 300 --image-height-mean 400 --image-window 3 --format inputs_json --model m";
    for media in ["", " --media url --media-url-prefix http://host/d", " --media-reuse-rate 0.5 --media-pool-size 2"] {
        let (_, records) = made(folder.path(), "records.jsonl", &split(&format!("{flags}{media}")));
        let document: Value = serde_json::from_slice(&fs::read(folder.path().join("inputs.json")).unwrap()).unwrap();
        for (session, record) in document["data"].as_array().unwrap().iter().zip(&records) {
            let payload = session["payloads"].as_array().unwrap().last().unwrap();
            let said: Vec<_> =
                payload["messages"].as_array().unwrap().iter().filter(|it| it["role"] == "user").collect();
            let shown = |message: &Value| -> Vec<(String, String)> {
                let parts = message["content"].as_array().unwrap().iter().filter(|part| part["type"] == "image_url");
                parts
                    .map(|part| (part["uuid"].as_str().unwrap().to_owned(), part["image_url"]["url"].to_string()))
                    .collect()
            };
            let all: Vec<_> = said.iter().map(|message| shown(message)).collect();
            let own: Vec<_> = all.iter().map(|images| images.last().unwrap().clone()).collect();
            for (turn, images) in all.iter().enumerate() {
                assert_eq!(*images, own[turn.saturating_sub(2)..=turn], "{media}");
                let told: Vec<_> = record["turns"][turn]["images"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| it["uuid"].as_str().unwrap())
                    .collect();
                assert_eq!(told, images.iter().map(|(uuid, _)| uuid.as_str()).collect::<Vec<_>>());
            }
            let distinct = |of: fn(&(String, String)) -> &String| own.iter().map(of).collect::<BTreeSet<_>>().len();
            assert_eq!(
                distinct(|it| &it.0),
                distinct(|it| &it.1),
                "the same bytes have the same uuid, others have others"
            );
        }
    }
    refused(
        &flags.replace("--format inputs_json --model m", "--format multi_turn"),
        "multi_turn has no place for a uuid",
    );
}

#[test]
fn clips_are_their_frames_in_order_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let clip = "-n 3 --isl 9 --video-width 64 --video-height 48 --video-frames 5 --video-batch-size 2";
    let flags = format!("{clip} --image-width-mean 9 --image-height-mean 9 --video-as frames --media files");
    let (named, records) = made(folder.path(), "single_turn.jsonl", &split(&flags));
    for (line, record) in named.iter().zip(&records) {
        let images = record["turns"][0]["images"].as_array().unwrap();
        assert_eq!((images.len(), record["turns"][0]["videos"].as_array().unwrap().len()), (11, 0));
        for (number, image) in images[1..].iter().enumerate() {
            let source = format!("moving_shapes, clip {}, frame {}", number / 5, number % 5);
            assert_eq!((&image["format"], &image["source"]), (&"jpeg".into(), &source.into()));
        }
        let files: Vec<_> = images.iter().map(|image| image["file"].clone()).collect();
        assert_eq!(line["images"].as_array().unwrap(), &files);
        assert!(line.get("videos").is_none());
        assert_eq!(files.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), 11, "each frame has its file");
    }
    // The frames are those of the clips: Pillow's mean difference from the frames of a lossless clip is small.
    let script = r#"
import subprocess
clips = f"{folder}/clips"
subprocess.run(["ffmpeg", "-v", "error", "-i", sys.argv[2], "-f", "rawvideo", "-pix_fmt", "rgb24", clips], check=True)
raw = open(clips, "rb").read()
size = 64 * 48 * 3
frames = [raw[i * size:(i + 1) * size] for i in range(5)]
for number, frame in enumerate(frames):
    shown = Image.open(f"{folder}/media/0000/000000_frame_{number}.jpeg").convert("RGB").tobytes()
    distances = [sum(abs(a - b) for a, b in zip(shown, other)) / size for other in frames]
    assert distances[number] < 6 and min(distances) == distances[number], distances
"#;
    let clips = tempfile::tempdir().unwrap();
    let lossless = format!("{clip} --video-format mp4 --video-codec libx264 --video-crf 1 --media files");
    made(clips.path(), "single_turn.jsonl", &split(&lossless.replace("--isl 9", "--isl 9 --video-speed best")));
    let path = clips.path().join("media/0000/000000_video_0.mp4");
    let output = std::process::Command::new("/usr/bin/python3")
        .args(["-c", &["import sys\nfrom PIL import Image\nfolder = sys.argv[1]", script].concat()])
        .arg(folder.path())
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    refused(
        &format!("{clip} --video-as frames --video-crf 9"),
        "clips are their frames, which no encoder of video sees",
    );
    refused(&format!("{clip} --video-as frames --format guidellm"), "guidellm holds 1 image a turn");
    refused(&format!("{clip} --video-as frames --media-reuse-rate 0.5"), "--video-as: frames are not reused");
}
