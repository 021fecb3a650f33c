//! A link planted wherever a name of ours is to stand: what it points at stays as it is, and nothing comes to be there. An output folder
//! that the user names may be a link to a folder of theirs.

use super::super::server::Server;
use super::super::{figure, quick_or_full};
use super::kills::states;
use super::{Watch, everything_below};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};

/// A command in the folder `t`, a copy of that of a state; what it writes elsewhere stands below `o`. The last word is the output folder
/// that the command line names, if any. A command that is added to the program gets its line here.
const COMMANDS: [(&str, &str, &str); 17] = [
    ("new", "check t --out o/checked --findings o/findings.csv", "o/checked"),
    ("new", "plan t --ics o/calendar.ics --memo o/memo", ""),
    ("new", "preview t --out o/previews", "o/previews"),
    ("new", "approve t --by Ada --role counsel --accept-stale test", ""),
    ("sealed", "approve t --by Ada --role counsel --accept-stale test", ""),
    ("sealed", "release t --by Ben", ""),
    ("ready", "render t --out o/out --as both --archive --limit 2", "o/out"),
    ("ready", "export t --out o/package", "o/package"),
    ("ready", "export t --addresses o/asked.csv", ""),
    ("ready", "send t --dry-run", ""),
    ("ready", "send t", ""),
    ("gone", "receive t production mailed.csv", ""),
    ("gone", "receive t returns returns.csv", ""),
    ("gone", "report t --out o/report", "o/report"),
    ("gone", "report t --out o/report --lookup o/lookup.csv --pack o/pack.tar", "o/report"),
    ("new", "init o/made", "o/made"),
    ("new", "drill o/drill --people 20 --seed 4", "o/drill"),
];

/// What a planted link points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    File,
    Folder,
    Nothing,
}

impl Target {
    fn path(self) -> &'static str {
        match self {
            Target::File => "outside/file",
            Target::Folder => "outside/folder",
            Target::Nothing => "outside/nothing",
        }
    }
}

/// Everything outside, by its path: mode, and bytes of a file.
type Outside = BTreeMap<String, (u32, Vec<u8>)>;

fn outside(watch: &Watch) -> Outside {
    let home = watch.home.path("");
    let all = everything_below(&watch.home.path("outside"));
    let state = |path: &std::path::PathBuf| {
        let mode = std::fs::symlink_metadata(path).unwrap().permissions().mode();
        (path.strip_prefix(&home).unwrap().display().to_string(), (mode, std::fs::read(path).unwrap_or_default()))
    };
    all.iter().chain([&watch.home.path("outside")]).map(state).collect()
}

#[test]
fn no_planted_link_is_followed() {
    let server = Server::start();
    let mut watch = states(&server);
    watch.write("outside/file", "somebody's");
    watch.write("outside/folder/kept", "somebody's");
    for (path, mode) in [("outside", 0o755), ("outside/file", 0o644), ("outside/folder", 0o755), ("outside/folder/kept", 0o644)] {
        std::fs::set_permissions(watch.home.path(path), Permissions::from_mode(mode)).unwrap();
    }
    watch.takes_all_for_theirs("outside");
    let before = outside(&watch);
    let (mut planted, mut names_of_ours) = (0, 0);
    for (state, command, named) in COMMANDS {
        for (number, (name, is_folder)) in names(&mut watch, state, command, named).into_iter().enumerate() {
            names_of_ours += 1;
            if number % quick_or_full(12, 1) != 0 {
                continue;
            }
            let fitting = if is_folder { Target::Folder } else { Target::File };
            let other = if is_folder { Target::File } else { Target::Folder };
            let all = [[fitting, Target::Nothing, other], [Target::Nothing, fitting, other]][number / quick_or_full(12, 1) % 2];
            for target in &all[..quick_or_full(1, 3)] {
                set_out(&mut watch, state);
                plant(&mut watch, &name, *target);
                watch.run(command);
                assert!(outside(&watch) == before, "`{command}` followed a link at {name} to {target:?}");
                watch.look_at(&["t", "o"]);
                planted += 1;
            }
        }
    }
    assert!(names_of_ours > 60, "only {names_of_ours}");
    figure(&format!(
        "planted links: {planted} at names of {} commands, which write under {names_of_ours}, 0 followed: nothing outside changed or came to be",
        COMMANDS.len()
    ));
}

fn set_out(watch: &mut Watch, state: &str) {
    watch.remove("t");
    watch.remove("o");
    watch.copy(state, "t");
    std::fs::create_dir(watch.home.path("o")).unwrap();
    watch.takes_all_for_theirs("o");
}

/// Every name under which a command writes, one of each kind, and whether a folder stands there; with the names that are there for a while.
fn names(watch: &mut Watch, state: &str, command: &str, named: &str) -> BTreeMap<String, bool> {
    set_out(watch, state);
    let files = |watch: &Watch| ["t", "o"].map(|folder| watch.home.files(folder));
    let (before, known) = (files(watch), watch.theirs.clone());
    watch.run(command);
    let after = files(watch);
    let changed = |name: &str| {
        let (folder, rest) = name.split_once('/').unwrap();
        let place = usize::from(folder == "o");
        !known.contains(name) || after[place].get(rest) != before[place].get(rest)
    };
    let home = watch.home.path("");
    let (mut kinds, mut found) = (BTreeSet::new(), BTreeMap::new());
    for path in ["t", "o"].iter().flat_map(|folder| everything_below(&watch.home.path(folder))) {
        let name = path.strip_prefix(&home).unwrap().display().to_string();
        let kind: String = name.chars().map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect();
        if name == named || !changed(&name) || !kinds.insert(kind) {
            continue;
        }
        let (folder, last) = name.rsplit_once('/').unwrap();
        if ["t", "o", named].contains(&folder) {
            found.insert(format!("{folder}/.{last}.partial"), path.is_dir());
        }
        if last == "seal" {
            found.insert(format!("{folder}/.seal-before"), true);
        }
        if last == "ledger.sqlite" {
            found.extend(["-wal", "-shm", "-journal", ".lock"].map(|end| (format!("{name}{end}"), false)));
        }
        found.insert(name, path.is_dir());
    }
    if let Some((folder, last)) = named.rsplit_once('/') {
        found.insert(format!("{folder}/.{last}.partial"), true);
    }
    found
}

/// Puts a link where a name of ours is to stand.
fn plant(watch: &mut Watch, name: &str, target: Target) {
    let path = watch.home.path(name);
    watch.home.remove(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink(watch.home.path(target.path()), &path).unwrap();
    // So are the folders above it.
    watch.takes_all_for_theirs("t");
    watch.takes_all_for_theirs("o");
}

#[test]
fn a_folder_that_the_user_names_may_be_a_link_to_one_of_theirs() {
    let server = Server::start();
    let mut watch = states(&server);
    let mut followed = 0;
    for (state, command, named) in COMMANDS.into_iter().filter(|(.., named)| !named.is_empty()) {
        let (link, theirs) = (watch.home.path(named), watch.home.path("o/theirs"));
        for is_there in [true, false] {
            set_out(&mut watch, state);
            symlink(&theirs, &link).unwrap();
            if is_there {
                std::fs::create_dir(&theirs).unwrap();
            }
            watch.takes_all_for_theirs("o");
            let code = watch.run(command).code();
            let wanted = if is_there { [0, 1] } else { [3, 4] };
            assert!(wanted.contains(&code), "`{command}` ended with {code}");
            assert!(link.is_symlink(), "`{command}` leaves the link");
            assert_eq!(everything_below(&theirs).len() > 2, is_there, "`{command}` writes where the link points, if a folder is there");
            watch.look_at(&["t", "o"]);
        }
        followed += 1;
    }
    figure(&format!("links for output folders: {followed} commands write into the folder that is there, and none where none is"));
}
