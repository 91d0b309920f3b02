//! Every bug that the laws have found, as the history that found it, named by what now holds.

use ashore_testkit::history::history;
use ashore_testkit::manifest::Piece;
use ashore_testkit::shape;

#[test]
fn a_stack_of_every_shape_comes_and_goes() {
    let tally = history(1)
        .foreign(shape::RECORD, "dns")
        .up([
            Piece::new(shape::ROLE, "role"),
            Piece::new(shape::NETWORK, "net"),
            Piece::new(shape::GATEWAY, "gate").uses(["net"]),
            Piece::new(shape::CERTIFICATE, "cert"),
            Piece::new(shape::BUCKET, "store"),
            Piece::new(shape::LISTENER, "port").uses(["net", "cert"]),
            Piece::new(shape::RULE, "rule").uses(["port"]),
            Piece::new(shape::REVISION, "task").uses(["role"]),
            Piece::new(shape::SERVICE, "web").uses(["task", "rule"]),
            Piece::new(shape::RECORD, "dns").calls(["web"]),
        ])
        .holds();
    assert_eq!(tally.outcomes.len(), 1, "{tally:?}");
}
