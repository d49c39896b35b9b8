//! The server at its clients: tests/serve.py asks, and each of its scenarios is a test here. What is refused before it listens.
#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;

fn scenario(name: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve.py");
    let output = Command::new("/usr/bin/python3").args([script, env!("CARGO_BIN_EXE_masque"), name]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    std::io::stderr().write_all(&output.stdout).unwrap();
}

#[test]
fn every_item_of_a_dataset_that_is_not_there_is_that_of_generate() {
    scenario("every_item");
}

#[test]
fn mixes_pools_frames_and_budgets_are_served() {
    scenario("shares");
}

#[test]
fn lines_are_those_of_generate() {
    scenario("lines");
}

#[test]
fn answers_follow_the_protocol() {
    scenario("answers");
}

#[test]
fn strangers_find_nothing() {
    scenario("strangers");
}

#[test]
fn an_item_is_made_once_for_all_who_ask() {
    scenario("once");
}

#[test]
fn crowds_are_told_to_come_back() {
    scenario("crowds");
}

#[test]
fn slow_clients_harm_nobody_else() {
    scenario("slow");
}

#[test]
fn a_folder_is_served() {
    scenario("folder");
}

#[test]
fn it_ends_when_all_are_answered() {
    scenario("ending");
}

/// Minutes.
#[test]
fn memory_is_bounded_over_ten_thousand_requests() {
    if std::env::var_os("MASQUE_SOAK").is_some() {
        scenario("soak");
    }
}

#[test]
fn what_cannot_be_served_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    binary::run(&format!(
        "generate --output {at}/inline -n 1 --quiet --isl 0 --image-width-mean 8 --image-height-mean 8"
    ));
    let picture = "--image-width-mean 8 --image-height-mean 8";
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    for (flags, words) in [
        (format!("{at}/none"), "none"),
        (
            format!("{at}/inline"),
            "its media stand in its lines; make it with --media files, or serve its request: --config ",
        ),
        (format!("{at}/inline --isl 5"), "--isl: the folder's media are made; drop one of them"),
        (format!("--isl 5 --listen {taken}"), "--listen: cannot listen on"),
        ("--isl 5 --listen nowhere".to_owned(), "--listen: nowhere; give an address of this machine and a port"),
        ("--isl 5 --public-url media.example".to_owned(), "--public-url: \"media.example\" is no address"),
        ("--isl 0".to_owned(), "--isl: 0 leaves text, images, audio and video all off"),
        ("--isl 5 --media files".to_owned(), "--media"),
        ("--isl 5 --public-url http://a?b".to_owned(), "--public-url: \"http://a?b\" has '?' in it"),
        (format!("{at}/files --cache 4G"), "--cache: the folder's media are made; drop one of them"),
        (
            "--isl 5 --cache 1G --memory-limit 1G".to_owned(),
            "--cache: 1.00 GiB are kept, and as much is on its way to clients; give 256.00 MiB or less, or more with --memory-limit",
        ),
        (
            "--isl 5 --cache 900000T --memory-limit 1G".to_owned(),
            "as much is on its way to clients; give 256.00 MiB or less",
        ),
        (
            format!("--isl 5 {picture} --for dynamo"),
            "--public-url: dynamo: nothing is fetched from http://127.0.0.1:8000; give a host's name without a port",
        ),
        (
            "--isl 5 --osl 5 --audio-length-mean 1 --format vllm_custom_audio".to_owned(),
            "drop it: the lines of a server name media by their addresses",
        ),
        ("--isl 5 --output x".to_owned(), "--output"),
    ] {
        let output = binary::masque(&format!("serve {flags}"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags}: {said}");
        assert!(said.starts_with("masque: ") && said.contains(words) && said.lines().count() == 1, "{flags}: {said}");
    }
}
