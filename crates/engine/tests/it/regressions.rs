//! Every bug that the laws have found, as the history that found it, named by what now holds.

use ashore_engine::failure::Class;
use ashore_testkit::fault::How;
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

#[test]
fn what_an_unsettled_resource_has_not_named_yet_is_waited_for() {
    history(336918637926806462)
        .up([
            Piece::new(shape::NETWORK, "net2").size(0),
            Piece::new(shape::GATEWAY, "gate").size(0).uses(["net2"]),
            Piece::new(shape::CERTIFICATE, "cert")
                .size(0)
                .after(["net2"]),
            Piece::new(shape::RULE, "rule").size(0).after(["gate"]),
        ])
        .fault(4, 1, How::Refused(Class::Gone))
        .keep()
        .holds();
}

#[test]
fn what_was_displaced_is_displaced_again_by_the_next_life() {
    history(0)
        .foreign(shape::RECORD, "dns")
        .up([Piece::new(shape::RECORD, "dns").size(0).form(1)])
        .up([Piece::new(shape::RECORD, "dns").size(0)])
        .holds();
}

#[test]
fn what_was_displaced_is_displaced_again_when_the_next_life_is_undone() {
    history(0)
        .foreign(shape::RECORD, "dns")
        .up([Piece::new(shape::RECORD, "dns").size(0).form(1)])
        .up([
            Piece::new(shape::RECORD, "dns").size(0),
            Piece::new(shape::SERVICE, "web").size(0).after(["dns"]),
        ])
        .fault(1, 1, How::Refused(Class::Quota))
        .holds();
}

#[test]
fn a_shared_resource_of_our_making_is_waited_for() {
    history(0)
        .up([
            Piece::new(shape::ROLE, "role").size(0),
            Piece::new(shape::NETWORK, "net").size(0).calls(["role"]),
        ])
        .holds();
}

#[test]
fn a_shared_resource_that_was_not_waited_for_is_waited_for_by_the_next_plan() {
    let role = || Piece::new(shape::ROLE, "role").size(0);
    let net = || Piece::new(shape::NETWORK, "net").size(0).calls(["role"]);
    history(0)
        .up([role(), net()])
        .crash(3, 111)
        .up([role(), net(), Piece::new(shape::NETWORK, "net2").size(0)])
        .holds();
}

#[test]
fn a_delete_that_was_accepted_is_through_before_another_plan_is_made() {
    history(0)
        .up([Piece::new(shape::LISTENER, "port2").size(0)])
        .up([Piece::new(shape::LISTENER, "port2").size(0).form(1)])
        .crash(2, 74)
        .down()
        .holds();
}

#[test]
fn what_goes_and_only_came_after_what_goes_early_does_not_go_early() {
    history(0)
        .up([
            Piece::new(shape::CERTIFICATE, "cert").size(0),
            Piece::new(shape::BUCKET, "store").size(0).calls(["cert"]),
            Piece::new(shape::LISTENER, "port2")
                .size(0)
                .after(["store"]),
            Piece::new(shape::SERVICE, "web")
                .size(0)
                .uses(["cert", "port2"]),
        ])
        .up([
            Piece::new(shape::BUCKET, "store").size(0),
            Piece::new(shape::SERVICE, "web").size(0),
        ])
        .holds();
}

#[test]
fn an_update_that_was_cut_off_between_two_requests_is_put_back() {
    let gate = || Piece::new(shape::GATEWAY, "gate").size(0);
    let cert = || Piece::new(shape::CERTIFICATE, "cert").size(0);
    history(0)
        .up([
            gate(),
            cert(),
            Piece::new(shape::RECORD, "dns").size(0).uses(["gate"]),
        ])
        .up([
            gate(),
            cert(),
            Piece::new(shape::RECORD, "dns").size(0).uses(["cert"]),
        ])
        .crash(2, 74)
        .undo()
        .holds();
}

#[test]
fn what_is_gone_is_remembered_until_it_cannot_be_wanted_back() {
    history(0)
        .up([Piece::new(shape::CERTIFICATE, "cert").size(0).form(1)])
        .up([Piece::new(shape::CERTIFICATE, "cert").size(0)])
        .crash(6, 222)
        .undo()
        .holds();
}

#[test]
fn what_is_on_its_way_out_when_the_plan_is_made_is_waited_for() {
    history(0)
        .up([
            Piece::new(shape::NETWORK, "net2").size(0),
            Piece::new(shape::SERVICE, "web").size(0),
        ])
        .down()
        .read_fault(2, 1, How::Refused(Class::Quota))
        .holds();
}

#[test]
fn what_an_interrupted_undo_has_deleted_is_waited_for() {
    history(16882508010796835391)
        .up([
            Piece::new(shape::NETWORK, "net2").size(0),
            Piece::new(shape::SERVICE, "web"),
        ])
        .crash(3, 9)
        .undo()
        .crash(9, 3)
        .undo()
        .holds();
}

#[test]
fn a_displacing_resource_that_vanished_displaces_again() {
    history(5238096814363221577)
        .foreign(shape::RECORD, "dns")
        .up([
            Piece::new(shape::NETWORK, "net2"),
            Piece::new(shape::GATEWAY, "gate").size(0).uses(["net2"]),
            Piece::new(shape::BUCKET, "store").size(0).after(["net2"]),
            Piece::new(shape::LISTENER, "port").size(0),
            Piece::new(shape::RECORD, "dns")
                .size(0)
                .calls(["net2", "port"]),
        ])
        .crash(17, 0)
        .undo()
        .fault(0, 2, How::Applied)
        .read_fault(4, 2, How::Refused(Class::Quota))
        .holds();
}

#[test]
fn a_wait_that_succeeded_before_a_rollback_adds_no_needs() {
    let store = || Piece::new(shape::BUCKET, "store").size(0).after(["net2"]);
    let web = || {
        Piece::new(shape::SERVICE, "web")
            .size(0)
            .uses(["store"])
            .calls(["net2"])
    };
    history(0)
        .up([store(), web()])
        .read_fault(2, 2, How::Refused(Class::Quota))
        .up([Piece::new(shape::NETWORK, "net2").size(0), store(), web()])
        .read_fault(5, 3, How::Refused(Class::Exists))
        .holds();
}

#[test]
fn a_wait_that_succeeded_before_a_rollback_keeps_what_was_told() {
    let role = || Piece::new(shape::ROLE, "role").size(0);
    let net = || Piece::new(shape::NETWORK, "net").size(0);
    let net2 = || {
        Piece::new(shape::NETWORK, "net2")
            .size(0)
            .calls(["role", "net"])
    };
    history(0)
        .up([role(), net()])
        .crash(4, 0)
        .up([role(), net(), net2()])
        .crash(3, 0)
        .up([role(), net(), net2()])
        .read_fault(3, 1, How::Refused(Class::Quota))
        .holds();
}

#[test]
fn what_an_update_that_cannot_be_put_back_uses_stays() {
    let net = |form| Piece::new(shape::NETWORK, "net").size(0).form(form);
    let dns = || Piece::new(shape::RECORD, "dns").size(0).uses(["net"]);
    let web = |form| Piece::new(shape::SERVICE, "web").form(form).after(["dns"]);
    // The record is changed to use the new network; then the service cannot be made anew, and
    // nobody may change the record back.
    let tally = history(0)
        .up([net(0), dns(), web(0)])
        .up([net(1), dns(), web(1)])
        .fault(2, 1, How::Refused(Class::Quota))
        .fault(3, 1, How::Refused(Class::Denied))
        .holds();
    assert_eq!(tally.outcomes.get("Stuck"), Some(&1), "{tally:?}");
}

#[test]
fn what_stands_at_a_new_name_is_displaced_and_comes_back() {
    let dns = |called| Piece::new(shape::RECORD, "dns").size(0).called(called);
    let tally = history(0)
        .foreign(shape::RECORD, "old")
        .foreign(shape::RECORD, "new")
        .up([dns("old")])
        .up([dns("new")])
        .up([dns("old")])
        .holds();
    assert_eq!(tally.outcomes.len(), 1, "{tally:?}");
}

#[test]
fn what_stood_at_a_new_name_comes_back_when_the_run_fails() {
    let dns = |called| Piece::new(shape::RECORD, "dns").size(0).called(called);
    let net = || {
        Piece::new(shape::NETWORK, "net")
            .size(0)
            .after(["dns"])
            .calls(["dns"])
    };
    for how in [How::Lost, How::Applied, How::Refused(Class::Quota)] {
        history(0)
            .foreign(shape::RECORD, "new")
            .up([dns("old")])
            .up([dns("new"), net()])
            .fault(0, 1, how)
            .fault(1, 1, How::Refused(Class::Quota))
            .holds();
    }
}

#[test]
fn what_nobody_knows_to_be_there_is_looked_at_even_if_its_user_cannot_be_put_back() {
    let web = || {
        Piece::new(shape::SERVICE, "web")
            .size(0)
            .uses(["net2"])
            .calls(["gate"])
    };
    let dns = || Piece::new(shape::RECORD, "dns2").size(0);
    history(13420326250961188365)
        .up([
            Piece::new(shape::GATEWAY, "gate").size(0),
            web(),
            dns().calls(["web"]),
        ])
        .up([
            Piece::new(shape::NETWORK, "net2").size(0),
            web(),
            dns().uses(["net2"]),
        ])
        .crash(4, 148)
        .undo()
        .holds();
}
