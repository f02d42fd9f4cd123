//! What users of other tools write, and the list of fields.

use crate::run::{netflow, testdata};

#[test]
fn options_of_other_tools_are_answered_with_what_to_write_instead() {
    let file = testdata("genuine/sf_v9.pcap");
    let file = file.to_str().unwrap();
    for (args, said) in [
        (&["decode", "-r", file][..], "netflow decode FILE"),
        (&["-r", file], "netflow decode FILE"),
        (&["decode", "--filter", "tcp", file], "--where EXPR"),
        (&["decode", "--filter=tcp", file], "--where EXPR"),
        (&["decode", "-Y", "tcp", file], "--where EXPR"),
        (&["decode", "-n", file], "always numbers"),
        (&["decode", "-A", "srcip", file], "netflow top --by"),
        (&["decode", "-T", "fields", file], "--fields NAME"),
        (&["decode", "--json", file], "--format json"),
        (&[file], "netflow decode "),
    ] {
        let run = netflow(args);
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.stderr.contains(said), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn other_unknown_options_keep_the_usual_suggestion() {
    let run = netflow(["decode", "--outputs", "x", "x.pcap"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("'--output'"), "{}", run.stderr);
}

#[test]
fn fields_are_listed_with_type_unit_and_meaning() {
    for args in [
        ["decode", "--fields", "help"],
        ["top", "--by", "help"],
        ["decode", "--fields", "octets,help"],
    ] {
        let run = netflow(args);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{run:?}");
        let octets = run.stdout.lines().find(|line| line.starts_with("octets "));
        let words: Vec<&str> = octets.unwrap().split_whitespace().collect();
        assert_eq!(words[1..3], ["u64", "octets"]);
        assert!(words.len() > 4, "no meaning: {words:?}");
        let width = run.stdout.lines().map(str::len).max();
        assert!(width <= Some(100), "{width:?}");
    }
}
