"""The update rules in NumPy: by how much every parameter moves, as each rule's paper has it and as optax computes it.

A rule takes the slopes, the parameters, the number t of the update (1 at the first) and what it remembers of the updates
before. It returns the move, which is multiplied by the learning rate and subtracted, and what it remembers from now on. All
of these are arrays of one shape, whatever it is: the rules work element by element, but ``lamb``, which compares the sizes
of whole arrays. Options are Python numbers, so that float32 stays float32.
"""

import numpy as np

from koubai.core.array_types import Floats


def gradient_descent(slope: Floats, parameter: Floats, t: int) -> tuple[Floats]:
    """Against the slope. A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées" (1847)."""
    return (slope,)


def momentum(slope: Floats, parameter: Floats, t: int, velocity: Floats, *, mu: float) -> tuple[Floats, Floats]:
    """A share mu of the last move is kept. B. T. Polyak, USSR Comput. Math. Math. Phys. 4 (1964)."""
    velocity = slope + mu * velocity
    return velocity, velocity


def nesterov(slope: Floats, parameter: Floats, t: int, velocity: Floats, *, mu: float) -> tuple[Floats, Floats]:
    """Momentum that looks ahead: I. Sutskever et al., "On the importance of initialization and momentum", ICML 2013."""
    velocity = slope + mu * velocity
    return slope + mu * velocity, velocity


def bias_corrected(mean: Floats, beta: float, t: int) -> Floats:
    """A moving mean of t values, which began at 0, without the pull towards 0: section 3 of the paper of ``adam``."""
    power: np.floating = mean.dtype.type(beta) ** t
    return mean / (1 - power)


def adam(
    slope: Floats, parameter: Floats, t: int, m: Floats, v: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Means of slopes and of their squares: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015."""
    m = (1 - beta1) * slope + beta1 * m
    v = (1 - beta2) * slope**2 + beta2 * v
    m_hat = bias_corrected(m, beta1, t)
    v_hat = bias_corrected(v, beta2, t)
    return m_hat / (np.sqrt(v_hat) + eps), m, v


def adamw(
    slope: Floats,
    parameter: Floats,
    t: int,
    m: Floats,
    v: Floats,
    *,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
) -> tuple[Floats, Floats, Floats]:
    """Adam, and parameters decay beside it: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019."""
    move, m, v = adam(slope, parameter, t, m, v, beta1=beta1, beta2=beta2, eps=eps)
    return move + weight_decay * parameter, m, v


def nadam(
    slope: Floats, parameter: Floats, t: int, m: Floats, v: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Adam that looks ahead: T. Dozat, "Incorporating Nesterov momentum into Adam", ICLR 2016 workshop."""
    m = (1 - beta1) * slope + beta1 * m
    v = (1 - beta2) * slope**2 + beta2 * v
    ahead = bias_corrected(m, beta1, t + 1)
    m_hat = beta1 * ahead + (1 - beta1) * bias_corrected(slope, beta1, t)
    v_hat = bias_corrected(v, beta2, t)
    return m_hat / (np.sqrt(v_hat) + eps), m, v


def adamax(
    slope: Floats, parameter: Floats, t: int, m: Floats, u: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Adam with the largest slope for the mean square: section 7.1 of the paper of ``adam``."""
    m = (1 - beta1) * slope + beta1 * m
    u = np.maximum(np.abs(slope) + eps, beta2 * u)
    return bias_corrected(m, beta1, t) / u, m, u


def amsgrad(
    slope: Floats, parameter: Floats, t: int, m: Floats, v: Floats, v_max: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Adam whose rates never grow again: S. J. Reddi et al., "On the convergence of Adam and beyond", ICLR 2018."""
    m = (1 - beta1) * slope + beta1 * m
    v = (1 - beta2) * slope**2 + beta2 * v
    m_hat = bias_corrected(m, beta1, t)
    v_max = np.maximum(v_max, bias_corrected(v, beta2, t))
    return m_hat / (np.sqrt(v_max) + eps), m, v, v_max


def radam(
    slope: Floats,
    parameter: Floats,
    t: int,
    m: Floats,
    v: Floats,
    *,
    beta1: float,
    beta2: float,
    eps: float,
    threshold: float,
) -> tuple[Floats, Floats, Floats]:
    """Adam that is careful at first: L. Liu et al., "On the variance of the adaptive learning rate and beyond", ICLR 2020."""
    m = (1 - beta1) * slope + beta1 * m
    v = (1 - beta2) * slope**2 + beta2 * v
    m_hat = bias_corrected(m, beta1, t)
    power: np.floating = slope.dtype.type(beta2) ** t
    rho_max = 2 / (1 - beta2) - 1
    rho = rho_max - 2 * t * power / (1 - power)
    if not rho >= threshold:
        return m_hat, m, v
    numerator = (rho - 4) * (rho - 2) * rho_max
    r = np.sqrt(numerator / ((rho_max - 4) * (rho_max - 2) * rho))
    return r * m_hat / (np.sqrt(bias_corrected(v, beta2, t)) + eps), m, v


def adabelief(
    slope: Floats, parameter: Floats, t: int, m: Floats, s: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Adam with the spread of the slopes for their square: J. Zhuang et al., "AdaBelief optimizer", NeurIPS 2020."""
    m = (1 - beta1) * slope + beta1 * m
    s = (1 - beta2) * (slope - m) ** 2 + beta2 * s + 1e-16
    m_hat = bias_corrected(m, beta1, t)
    s_hat = bias_corrected(s, beta2, t)
    return m_hat / (np.sqrt(s_hat) + eps), m, s


def yogi(
    slope: Floats, parameter: Floats, t: int, m: Floats, v: Floats, *, beta1: float, beta2: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Adam whose rates change slowly: M. Zaheer et al., "Adaptive methods for nonconvex optimization", NeurIPS 2018."""
    m = (1 - beta1) * slope + beta1 * m
    v = v - (1 - beta2) * np.sign(v - slope**2) * slope**2
    m_hat = bias_corrected(m, beta1, t)
    v_hat = bias_corrected(v, beta2, t)
    return m_hat / (np.sqrt(v_hat) + eps), m, v


def adagrad(slope: Floats, parameter: Floats, t: int, total: Floats, *, eps: float) -> tuple[Floats, Floats]:
    """Rates that shrink with all slopes so far: J. Duchi, E. Hazan and Y. Singer, JMLR 12 (2011)."""
    total = total + slope**2
    return slope / np.sqrt(np.where(total > 0, total + eps, np.inf)), total


def adadelta(
    slope: Floats, parameter: Floats, t: int, squares: Floats, moves: Floats, *, rho: float, eps: float
) -> tuple[Floats, Floats, Floats]:
    """Rates from the sizes of recent moves and slopes: M. D. Zeiler, "ADADELTA: an adaptive learning rate method" (2012)."""
    squares = (1 - rho) * slope**2 + rho * squares
    move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * slope
    moves = (1 - rho) * move**2 + rho * moves
    return move, squares, moves


def rmsprop(slope: Floats, parameter: Floats, t: int, squares: Floats, *, decay: float, eps: float) -> tuple[Floats, Floats]:
    """Slopes over the root of their recent mean square: T. Tieleman and G. Hinton, Coursera lecture 6.5 (2012)."""
    squares = (1 - decay) * slope**2 + decay * squares
    return slope / np.sqrt(squares + eps), squares


def lion(
    slope: Floats, parameter: Floats, t: int, m: Floats, *, beta1: float, beta2: float, weight_decay: float
) -> tuple[Floats, Floats]:
    """The sign of a mean slope: X. Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023."""
    move = np.sign((1 - beta1) * slope + beta1 * m)
    m = (1 - beta2) * slope + beta2 * m
    return move + weight_decay * parameter, m


def lamb(
    slope: Floats,
    parameter: Floats,
    t: int,
    m: Floats,
    v: Floats,
    *,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
) -> tuple[Floats, Floats, Floats]:
    """Adam's move, made as large as the array that moves: Y. You et al., ICLR 2020."""
    move, m, v = adam(slope, parameter, t, m, v, beta1=beta1, beta2=beta2, eps=eps)
    move = move + weight_decay * parameter
    size, move_size = np.linalg.norm(parameter), np.linalg.norm(move)
    if size > 0 and move_size > 0:
        move = move * (size / move_size)
    return move, m, v
