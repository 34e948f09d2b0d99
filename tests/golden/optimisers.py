"""The tutorial's steps by TensorFlow with Keras' Adam, and by PyTorch's Adam and L-BFGS."""
import numpy as np
import tensorflow as tf
import torch
from golden_files import write_json, write_npy
from hash_network import ADAM, uniform
from tutorial import CONTENT_LAYERS, M, N, STYLE_LAYERS, Tutorial, to_torch

STEPS, LEARNING_RATE, BETA_1, BETA_2, EPSILON = 10, 0.03, 0.9, 0.999, 1e-7


def tensorflow_total(network, dtype, content, style):
    """The tutorial's loss by TensorFlow: N x H x W x C, conv2d 'SAME', 2x2 max pool 'VALID'; a function of a 1 x H x W x 3 variable."""
    weights = [(name, tf.constant(w, dtype), tf.constant(b, dtype)) for name, w, b in network]

    def maps(x):
        found = {}
        for name, w, b in weights:
            if name.endswith("_conv1") and name != "block1_conv1": x = tf.nn.max_pool2d(x, 2, 2, "VALID")
            x = found[name] = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME"), b))
        return found

    def gram_matrix(x):
        f = tf.reshape(x, (-1, x.shape[-1]))
        return tf.matmul(f, f, transpose_a=True)

    as_batch = lambda p: tf.constant(p[None].astype(dtype))
    targets, style_maps = maps(as_batch(content)), maps(as_batch(style))
    grams = {k: gram_matrix(style_maps[k]) for k in STYLE_LAYERS}

    def total(x):
        found = maps(x)
        content_loss = 0.5 * sum(tf.reduce_sum((found[k] - targets[k]) ** 2) / (2 * M * N) for k in CONTENT_LAYERS)
        style_loss = 0.2 * sum(tf.reduce_sum((gram_matrix(found[k]) - grams[k]) ** 2) / (4 * M ** 2 * N ** 2) for k in STYLE_LAYERS)
        return content_loss + 100 * style_loss, content_loss, style_loss
    return total


def keras_adam(dtype, start, gradient, steps, epsilon):
    """Steps of Keras' Adam; gradient(step, x) gives (losses, gradient). Returns every step's losses and the x after it."""
    # Keras holds the learning rate in floatx, and takes a Python float's beta through float32 in the bias correction
    # (1 - 0.999f is off by 1.3e-5 of itself). Float64 runs hand it doubles, so that they are float64 throughout.
    tf.keras.backend.set_floatx(dtype)
    betas = (np.float64(BETA_1), np.float64(BETA_2)) if dtype == "float64" else (BETA_1, BETA_2)
    x = tf.Variable(start.astype(dtype))
    adam, records, after = tf.keras.optimizers.Adam(LEARNING_RATE, *betas, epsilon=epsilon), [], []
    for step in range(steps):
        record, g = gradient(step, x)
        adam.apply_gradients([(g, x)])
        records.append(record)
        after.append(x.numpy())
    return records, after


def torch_adam(start, gradient, steps, epsilon):
    """The same of PyTorch's Adam, in float64."""
    x = torch.tensor(start.astype(np.float64), requires_grad=True)
    adam, records, after = torch.optim.Adam([x], lr=LEARNING_RATE, betas=(BETA_1, BETA_2), eps=epsilon), [], []
    for step in range(steps):
        record, x.grad = gradient(step, x.detach())
        adam.step()
        records.append(record)
        after.append(x.detach().clone().numpy())
    return records, after


def ten_steps(network, hash_weights, content, style, start, base, gradient):
    """golden_steps.json and three pictures: the tutorial's first steps."""
    found, pictures_after = {"steps": STEPS, "learning_rate": LEARNING_RATE, "beta_1": BETA_1, "beta_2": BETA_2, "epsilon": EPSILON}, {}
    for key, dtype in (("tf32", "float32"), ("tf64", "float64")):
        total = tensorflow_total(hash_weights, dtype, content, style)

        def tf_gradient(step, x):
            with tf.GradientTape() as tape: totals = total(x)
            g = tape.gradient(totals[0], x)
            if step == 0:
                off = [abs(float(t) / b - 1) for t, b in zip(totals, base)]
                print(f"  {key} against PyTorch float64: losses {max(off):.1e} relative, gradient {np.abs(g[0].numpy() - gradient).max() / np.abs(gradient).max():.1e} of its largest entry")
            return [float(t) for t in totals], g
        found[key], after = keras_adam(dtype, start[None], tf_gradient, STEPS, EPSILON)
        pictures_after[key] = after[-1][0]
    tutorial = Tutorial(network, to_torch(content), to_torch(style))

    def torch_gradient(step, x):
        totals, g = tutorial.gradient(x.permute(2, 0, 1)[None])
        return totals, g[0].permute(1, 2, 0).contiguous()
    found["torch64"], after = torch_adam(start, torch_gradient, STEPS, EPSILON)
    pictures_after["torch64"] = after[-1]
    reference = np.array(found["tf64"])
    for key in ("tf32", "tf64", "torch64"):
        table = np.array(found[key])
        found[key] = {"total": table[:, 0], "content": table[:, 1], "style": table[:, 2]}
        write_npy(f"golden_steps_{key}.npy", pictures_after[key])
        off = np.abs(table / reference - 1).max(axis=1)
        print(f"  {key}: total {table[0, 0]:.9g} .. {table[-1, 0]:.9g}; losses off tf64, relative: " + ", ".join(f"{o:.1e}" for o in off))
    for key in ("tf32", "torch64"):
        off = np.abs(pictures_after[key] - pictures_after["tf64"])
        print(f"  picture after: {key} off tf64 by {off.max():.1e} at most, {off.mean():.1e} on average")
    write_json("golden_steps.json", found)


def adam_alone():
    """golden_adam.json: 5 given gradients on 6 parameters, with an epsilon that tells the two conventions apart."""
    start, gradients, found = uniform(ADAM, (6,)), uniform(ADAM + 50, (5, 6)) * 10.0 ** np.arange(-3, 3), {}
    for epsilon in (0.1, EPSILON):
        _, by_keras = keras_adam("float64", start, lambda step, x: (None, tf.constant(gradients[step])), 5, epsilon)
        _, by_torch = torch_adam(start, lambda step, x: (None, torch.tensor(gradients[step])), 5, epsilon)
        found[f"epsilon_{epsilon:g}"] = {"epsilon": epsilon, "keras": by_keras, "torch": by_torch}
        print(f"  epsilon {epsilon:g}: Keras and PyTorch differ by at most {np.abs(np.array(by_keras) - np.array(by_torch)).max():.2g}")
    write_json("golden_adam.json", {"learning_rate": LEARNING_RATE, "beta_1": BETA_1, "beta_2": BETA_2, "start": start,
                                    "gradients": list(gradients), **found})


def rosenbrock(x): return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def torch_lbfgs(start, loss, history, iterations):
    """Loss, x and evaluations after each iteration of PyTorch's L-BFGS, in float64. One step() per iteration looks at the
    point where the last one ended once more; that evaluation is not counted, and the loss is the one found there."""
    x = torch.tensor(np.asarray(start, np.float64), requires_grad=True)
    optimiser = torch.optim.LBFGS([x], lr=1, max_iter=1, max_eval=1000, tolerance_grad=0, tolerance_change=0, history_size=history, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(x)
        value.backward()
        return value
    values, after, evaluations = [], [], []
    for _ in range(iterations):
        counted = optimiser.state[x].get("func_evals", 0)
        optimiser.step(closure)
        after.append(x.detach().clone().numpy())
        values.append(float(loss(x.detach())))
        evaluations.append(optimiser.state[x]["func_evals"] - counted - 1)
    return {"loss": values, "evaluations": evaluations}, after


def lbfgs(network, content, style, start):
    """golden_lbfgs.json, golden_lbfgs.npy: Rosenbrock's function, and the tutorial's loss from the start picture."""
    found = {}
    for name, count, history, iterations in (("rosenbrock_2", 2, 20, 30), ("rosenbrock_10", 10, 5, 40), ("rosenbrock_10_long", 10, 20, 40)):
        first = np.where(np.arange(count) % 2 == 0, -1.2, 1.0)
        run, after = torch_lbfgs(first, rosenbrock, history, iterations)
        found[name] = {"start": first, "history": history, **run, "x": after}
        print(f"  {name}: loss {run['loss'][0]:.6g} .. {run['loss'][-1]:.3g}, {sum(run['evaluations'])} evaluations")
    tutorial = Tutorial(network, to_torch(content), to_torch(style))
    run, after = torch_lbfgs(start, lambda x: tutorial.total(x.permute(2, 0, 1)[None])[0], 4, STEPS)
    found["picture"] = {"history": 4, **run}
    write_json("golden_lbfgs.json", found)
    write_npy("golden_lbfgs.npy", after[-1])
    print(f"  picture: loss {run['loss'][0]:.6g} .. {run['loss'][-1]:.6g}, evaluations {run['evaluations']}")
