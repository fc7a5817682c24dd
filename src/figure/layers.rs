//! A directed graph in layers from cause to effect, after Sugiyama, Tagawa and Toda (1981).
//!
//! Arrows that close a cycle are turned around, every node stands one layer behind its farthest cause, arrows that
//! skip layers pass through waypoints, neighbors are ordered by the mean of their neighbors' places to have few
//! crossings, and nodes then move towards those means without changing order.

/// Where everything stands: layers count from 0, places along a layer are in units of one node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layered {
    /// How many layers there are.
    pub layers: usize,
    /// Layer and place of each node.
    pub nodes: Vec<(usize, f64)>,
    /// Layer and place of each waypoint of each edge, from its first node to its last, both included.
    pub routes: Vec<Vec<(usize, f64)>>,
    /// Least and greatest place.
    pub extent: (f64, f64),
}

/// Space that a waypoint takes along its layer, where a node takes 1.
const WAYPOINT: f64 = 0.45;

/// Arranges `count` nodes and edges between them; an edge from a node to itself has a route without waypoints.
pub fn arrange(count: usize, edges: &[(usize, usize)]) -> Layered {
    let turned = edges_that_close_cycles(count, edges);
    let forward: Vec<(usize, usize)> =
        edges.iter().zip(&turned).map(|(&(from, to), &turned)| if turned { (to, from) } else { (from, to) }).collect();
    let mut layer = layers_of(count, &forward);
    let mut links: Vec<(usize, usize)> = Vec::new();
    let mut chains: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
    for &(from, to) in &forward {
        if from == to {
            chains.push(vec![from]);
            continue;
        }
        let mut chain = vec![from];
        for between in layer[from] + 1..layer[to] {
            chain.push(layer.len());
            layer.push(between);
        }
        chain.push(to);
        links.extend(chain.windows(2).map(|pair| (pair[0], pair[1])));
        chains.push(chain);
    }
    let layers = layer.iter().map(|layer| layer + 1).max().unwrap_or(0);
    let order = order_layers(&layer, layers, &links);
    let places = place(&order, &links, count, layer.len());
    let extent =
        places.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &place| (low.min(place), high.max(place)));
    let at = |node: usize| (layer[node], places[node]);
    let routes = chains
        .into_iter()
        .zip(turned)
        .map(|(chain, turned)| {
            let mut route: Vec<(usize, f64)> = chain.into_iter().map(at).collect();
            if turned {
                route.reverse();
            }
            route
        })
        .collect();
    Layered { layers, nodes: (0..count).map(at).collect(), routes, extent }
}

/// Which edges lead back to a node that is still being visited, in the order in which nodes are given.
fn edges_that_close_cycles(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut visits = vec![Visit::New; count];
    let mut turned = vec![false; edges.len()];
    for root in 0..count {
        if visits[root] != Visit::New {
            continue;
        }
        visits[root] = Visit::Open;
        let mut stack = vec![(root, 0)];
        while let Some(top) = stack.last_mut() {
            let (node, next) = *top;
            match (next..edges.len()).find(|&edge| edges[edge].0 == node && edges[edge].1 != node) {
                Some(edge) => {
                    top.1 = edge + 1;
                    let to = edges[edge].1;
                    match visits[to] {
                        Visit::Open => turned[edge] = true,
                        Visit::New => {
                            visits[to] = Visit::Open;
                            stack.push((to, 0));
                        }
                        Visit::Done => {}
                    }
                }
                None => {
                    visits[node] = Visit::Done;
                    stack.pop();
                }
            }
        }
    }
    turned
}

/// Each node one layer behind its farthest cause; a node without causes just before its first effect.
fn layers_of(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut layer = vec![0; count];
    // Without cycles, as many rounds as there are nodes settle every path.
    for _ in 0..count {
        let mut settled = true;
        for &(from, to) in edges.iter().filter(|(from, to)| from != to) {
            if layer[to] < layer[from] + 1 {
                layer[to] = layer[from] + 1;
                settled = false;
            }
        }
        if settled {
            break;
        }
    }
    for node in 0..count {
        let has_cause = edges.iter().any(|&(from, to)| to == node && from != node);
        let first_effect =
            edges.iter().filter(|&&(from, to)| from == node && to != node).map(|&(_, to)| layer[to]).min();
        if let (false, Some(first)) = (has_cause, first_effect) {
            layer[node] = first - 1;
        }
    }
    layer
}

fn order_layers(layer: &[usize], layers: usize, links: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); layers];
    for (node, &layer) in layer.iter().enumerate() {
        order[layer].push(node);
    }
    let mut best = (crossings(&order, links), order.clone());
    for sweep in 0..12 {
        let down = sweep % 2 == 0;
        let sequence: Vec<usize> =
            if down { (1..layers).collect() } else { (0..layers.saturating_sub(1)).rev().collect() };
        for index in sequence {
            let beside = if down { &order[index - 1] } else { &order[index + 1] };
            let mean = |node: usize| {
                let places: Vec<f64> = links
                    .iter()
                    .filter_map(|&(from, to)| {
                        let other = if down { (to == node).then_some(from) } else { (from == node).then_some(to) };
                        other.and_then(|other| beside.iter().position(|&there| there == other))
                    })
                    .map(|place| place as f64)
                    .collect();
                (!places.is_empty()).then(|| places.iter().sum::<f64>() / places.len() as f64)
            };
            let mut keyed: Vec<(f64, usize)> = order[index]
                .iter()
                .enumerate()
                .map(|(place, &node)| (mean(node).unwrap_or(place as f64), node))
                .collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            order[index] = keyed.into_iter().map(|(_, node)| node).collect();
        }
        let count = crossings(&order, links);
        if count < best.0 {
            best = (count, order.clone());
        }
    }
    best.1
}

fn crossings(order: &[Vec<usize>], links: &[(usize, usize)]) -> usize {
    let place = |node: usize| {
        order
            .iter()
            .enumerate()
            .find_map(|(layer, nodes)| nodes.iter().position(|&other| other == node).map(|place| (layer, place)))
    };
    let placed: Vec<(usize, usize, usize)> =
        links.iter().filter_map(|&(from, to)| Some((place(from)?.0, place(from)?.1, place(to)?.1))).collect();
    let mut count = 0;
    for (index, a) in placed.iter().enumerate() {
        for b in &placed[index + 1..] {
            let crossed = (a.1 < b.1 && a.2 > b.2) || (a.1 > b.1 && a.2 < b.2);
            count += usize::from(a.0 == b.0 && crossed);
        }
    }
    count
}

/// Places along the layers, each near the mean of its neighbors.
fn place(order: &[Vec<usize>], links: &[(usize, usize)], nodes: usize, total: usize) -> Vec<f64> {
    let mut places = vec![0.0; total];
    let size = |node: usize| if node < nodes { 1.0 } else { WAYPOINT };
    for layer in order {
        let length: f64 = layer.iter().map(|&node| size(node)).sum();
        let mut at = -0.5 * length;
        for &node in layer {
            places[node] = at + 0.5 * size(node);
            at += size(node);
        }
    }
    for _ in 0..200 {
        for layer in order {
            let wishes: Vec<f64> = layer
                .iter()
                .map(|&node| {
                    let near: Vec<f64> = links
                        .iter()
                        .filter_map(|&(from, to)| match node {
                            _ if from == node => Some(places[to]),
                            _ if to == node => Some(places[from]),
                            _ => None,
                        })
                        .collect();
                    if near.is_empty() { places[node] } else { near.iter().sum::<f64>() / near.len() as f64 }
                })
                .collect();
            let sizes: Vec<f64> = layer.iter().map(|&node| size(node)).collect();
            for (&node, place) in layer.iter().zip(settle(&wishes, &sizes)) {
                places[node] = place;
            }
        }
    }
    places
}

/// Centers as near to their wishes as their order and sizes allow: neighbors that touch are pooled.
fn settle(wishes: &[f64], sizes: &[f64]) -> Vec<f64> {
    // Each pool: first member, the length of its members, and the mean of what they wish its beginning to be.
    let mut pools: Vec<(usize, usize, f64, f64)> = Vec::new();
    for (index, (&wish, &size)) in wishes.iter().zip(sizes).enumerate() {
        pools.push((index, 1, size, wish - 0.5 * size));
        while let [.., a, b] = pools[..]
            && a.3 + a.2 > b.3
        {
            let (first, count) = (a.1 as f64, b.1 as f64);
            let start = (a.3 * first + (b.3 - a.2) * count) / (first + count);
            pools.truncate(pools.len() - 2);
            pools.push((a.0, a.1 + b.1, a.2 + b.2, start));
        }
    }
    let mut centers = vec![0.0; wishes.len()];
    for (first, count, _, start) in pools {
        let mut at = start;
        for index in first..first + count {
            centers[index] = at + 0.5 * sizes[index];
            at += sizes[index];
        }
    }
    centers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_chain_is_a_straight_line() {
        let layered = arrange(4, &[(0, 1), (1, 2), (2, 3)]);
        assert_eq!(layered.layers, 4);
        assert!(layered.nodes.iter().enumerate().all(|(index, node)| node.0 == index && node.1.abs() < 1e-9));
    }

    #[test]
    fn feedback_runs_back_through_waypoints() {
        let layered = arrange(3, &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!(layered.nodes.iter().map(|node| node.0).collect::<Vec<_>>(), vec![0, 1, 2]);
        let route: Vec<usize> = layered.routes[2].iter().map(|point| point.0).collect();
        assert_eq!(route, vec![2, 1, 0]);
    }

    #[test]
    fn two_pairs_do_not_cross() {
        let layered = arrange(4, &[(0, 3), (1, 2)]);
        assert!((layered.nodes[0].1 < layered.nodes[1].1) == (layered.nodes[3].1 < layered.nodes[2].1));
    }

    proptest! {
        #[test]
        fn nodes_of_a_layer_keep_apart_and_routes_go_layer_by_layer(
            count in 1..12_usize, pairs in prop::collection::vec((0..12_usize, 0..12_usize), 0..24),
        ) {
            let edges: Vec<(usize, usize)> = pairs.into_iter().map(|(a, b)| (a % count, b % count)).collect();
            let layered = arrange(count, &edges);
            for a in 0..count {
                for b in 0..a {
                    if layered.nodes[a].0 == layered.nodes[b].0 {
                        prop_assert!((layered.nodes[a].1 - layered.nodes[b].1).abs() >= 1.0 - 1e-9);
                    }
                }
            }
            for (route, &(from, to)) in layered.routes.iter().zip(&edges) {
                prop_assert_eq!(route[0], layered.nodes[from]);
                prop_assert_eq!(route[route.len() - 1], layered.nodes[to]);
                prop_assert!(route.windows(2).all(|pair| pair[0].0.abs_diff(pair[1].0) == 1));
            }
        }
    }
}
