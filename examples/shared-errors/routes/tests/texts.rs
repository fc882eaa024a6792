//! What people read when a timetable is wrong.

use faults::{story, RouteError};
use routes::Timetable;

fn complaint(text: &str) -> String {
    story(&Timetable::parse(text).unwrap_err())
}

#[test]
fn every_complaint_says_where_and_why() {
    assert_eq!(complaint(""), "no {from;to;minutes} at all");
    assert_eq!(
        complaint("a;b;3\na;b"),
        "line 2: a route is {from;to;minutes}, not 2 field(s)"
    );
    assert_eq!(
        complaint("a;b;soon"),
        "line 1: \"soon\" is no number of minutes (invalid digit found in string): invalid digit found in string"
    );
    assert_eq!(
        complaint("a;b;3\na;b;4"),
        "line 2: a to b takes 3 minutes already"
    );
}

#[test]
fn a_way_needs_two_ends_and_routes_between_them() {
    let table = Timetable::parse("a;b;3\nb;c;4").unwrap();

    assert_eq!(table.along(&["a", "b", "c"]).unwrap(), 12);
    assert_eq!(table.along(&["a"]).unwrap_err().to_string(), "a way has 2 ends, not 1");
    let error = table.along(&["a", "c"]).unwrap_err();
    assert_eq!(error.to_string(), "nobody goes from a to c");
    let found = error.downcast_ref::<RouteError>();
    assert!(found.is_some());
}
