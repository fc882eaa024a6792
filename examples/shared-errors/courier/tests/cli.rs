//! What the program prints, word for word.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn timetable(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

fn courier(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_courier"))
        .args(arguments)
        .output()
        .unwrap()
}

fn complaint(arguments: &[&str]) -> String {
    let output = courier(arguments);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_way_has_its_minutes() {
    let path = timetable("good", "home;mill;12\nmill;harbour;30\n");
    let output = courier(&[path.to_str().unwrap(), "home", "mill", "harbour"]);

    assert_eq!(output.stdout, b"47 minutes\n");
}

#[test]
fn the_causes_stand_below_each_other() {
    let path = timetable("bad", "home;mill;soon\n");
    let path = path.to_str().unwrap();

    assert_eq!(
        complaint(&[path, "home", "mill"]),
        format!(
            "error: there is no plan\n  because: {} is no timetable\n  because: line 1\n  because: \"soon\" is no \
             number of minutes (invalid digit found in string)\n  because: invalid digit found in string\n",
            path
        )
    );
}

#[test]
fn a_missing_file_is_named() {
    assert_eq!(
        complaint(&["/nowhere/plan.txt"]).lines().nth(1),
        Some("  because: cannot read \"/nowhere/plan.txt\"")
    );
    assert_eq!(complaint(&[]), "error: usage: courier TIMETABLE PLACE PLACE…\n");
}
