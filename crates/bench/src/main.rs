//! scratch
mod table;
mod virtual_time;
fn main() {
    for t in [table::timing(), ashore_twin::Timing::zero()] {
        let m = virtual_time::up(t).unwrap();
        println!("wall {:?} calls {}", m.wall, m.calls);
        for x in m.timeline { println!("{:8.2} {}", x.at.as_secs_f64(), x.what); }
    }
}
