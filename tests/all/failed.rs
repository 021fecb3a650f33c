//! Exit 4: what cannot be written. Tests run as root, so places are made unwritable by paths, not by modes.

use crate::harness::Home;

#[test]
fn an_output_path_below_a_regular_file() {
    let home = Home::with_sample("lakeside");
    home.write("file", "in the way");
    for command in ["render lakeside --out file/out", "check lakeside --out file/out", "check lakeside --findings file/f.csv"] {
        home.run(command).exits(4).says("cannot be written");
    }
    assert_eq!(home.read("file"), "in the way");
}

#[test]
fn a_folder_where_a_file_is_to_be_written() {
    let home = Home::with_sample("lakeside");
    std::fs::create_dir_all(home.path("out/summary.json")).unwrap();
    home.run("check lakeside --out out").exits(4).says("a folder stands where a file is to be written");
}
