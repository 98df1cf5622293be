"""One hidden layer of 50 with mean-field normal kernels and a learned noise, batch 32, Adam, on rows of noise.

python table.py tfp|torch|jax [--estimator flipout|reparameterization] [--compile] [--epochs 100]; prints a JSON line. --compile: XLA, or
torch.compile; JAX is compiled always, all steps in one scan. One thread. Warm-up and compilation are not counted."""
import argparse, json, math, os, time
parser = argparse.ArgumentParser()
parser.add_argument('peer', choices=['tfp', 'torch', 'jax'])
parser.add_argument('--estimator', default='flipout', choices=['flipout', 'reparameterization'])
parser.add_argument('--compile', action='store_true')
parser.add_argument('--epochs', type=int, default=100)
options = parser.parse_args()
os.environ.update(TF_USE_LEGACY_KERAS='1', TF_CPP_MIN_LOG_LEVEL='3', OMP_NUM_THREADS='1')
import numpy as np
count, features, hidden, batch = 1030, 8, 50, 32
random = np.random.default_rng(0)
x = random.normal(size=(count, features)).astype(np.float32)
y = (np.sin(x[:, :1]) + 0.1 * random.normal(size=(count, 1))).astype(np.float32)
steps = round(options.epochs * count / batch)


def tfp_run():
    import tensorflow as tf
    import tensorflow_probability as tfp
    import tf_keras as keras
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    layer = tfp.layers.DenseFlipout if options.estimator == 'flipout' else tfp.layers.DenseReparameterization
    divergence = lambda q, p, _: tfp.distributions.kl_divergence(q, p) / count
    model = keras.Sequential([
        keras.layers.InputLayer((features,)),
        layer(hidden, activation='relu', kernel_divergence_fn=divergence),
        layer(1, kernel_divergence_fn=divergence),
    ])
    raw = tf.Variable(0.5413)
    variables = [*model.trainable_variables, raw]
    adam = keras.optimizers.Adam(3e-3)
    adam.build(variables)
    rows, targets = tf.constant(x), tf.constant(y)

    @tf.function(jit_compile=options.compile or None)
    def train(steps):
        order = tf.random.uniform([steps, batch], maxval=count, dtype=tf.int32)
        for i in tf.range(steps):
            with tf.GradientTape() as tape:
                noise = tf.nn.softplus(raw)
                output = model(tf.gather(rows, order[i]), training=True)
                density = tfp.distributions.Normal(output, noise).log_prob(tf.gather(targets, order[i]))
                loss = -tf.reduce_mean(density) + tf.add_n(model.losses)
            adam.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return tf.identity(raw)

    # XLA wants to know the length: the same in warm-up and measurement
    length = steps if options.compile else tf.constant(steps)
    return lambda: float(train(length))


def torch_run():
    import torch
    from torch.nn import functional
    torch.set_num_threads(1)
    shapes = [(hidden, features), (1, hidden)]
    means = [torch.nn.Parameter(0.1 * torch.randn(shape)) for shape in shapes]
    scales = [torch.nn.Parameter(0.1 * torch.randn(shape) - 3) for shape in shapes]
    biases = [torch.nn.Parameter(torch.zeros(shape[0])) for shape in shapes]
    raw = torch.nn.Parameter(torch.tensor(0.5413))
    adam = torch.optim.Adam([*means, *scales, *biases, raw], 3e-3, fused=True)
    rows, targets = torch.tensor(x), torch.tensor(y)

    def signs(*shape):
        return torch.empty(shape).bernoulli_(0.5).mul_(2).sub_(1)

    def loss(inputs, target):
        divergence = 0.0
        for i, (mean, rho, bias) in enumerate(zip(means, scales, biases)):
            scale = functional.softplus(rho)
            change = scale * torch.randn_like(scale)
            divergence = divergence + (0.5 * (scale.square() + mean.square() - 1) - scale.log()).sum()
            if options.estimator == 'flipout':
                own = functional.linear(inputs * signs(*inputs.shape), change) * signs(len(inputs), len(mean))
                inputs = functional.linear(inputs, mean, bias) + own
            else:
                inputs = functional.linear(inputs, mean + change, bias)
            if i == 0:
                inputs = inputs.relu()
        noise = functional.softplus(raw)
        density = 0.5 * ((inputs - target) / noise).square() + noise.log() + 0.5 * math.log(2 * math.pi)
        return density.mean() + divergence / count

    objective = torch.compile(loss) if options.compile else loss

    def train():
        position, order = count, None
        for _ in range(steps):
            if position + batch > count:
                position, order = 0, torch.randperm(count)
            chosen = order[position:position + batch]
            position += batch
            adam.zero_grad()
            objective(rows[chosen], targets[chosen]).backward()
            adam.step()
        return raw.item()

    return train


def jax_run():
    os.environ['JAX_PLATFORMS'] = 'cpu'
    os.environ['XLA_FLAGS'] = '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'
    import jax, optax
    import jax.numpy as jnp
    shapes = [(features, hidden), (hidden, 1)]
    parameters = {'raw': jnp.asarray(0.5413), 'layers': [
        {'mean': jnp.asarray(0.1 * random.normal(size=shape), jnp.float32),
         'rho': jnp.asarray(0.1 * random.normal(size=shape) - 3, jnp.float32), 'bias': jnp.zeros(shape[1])}
        for shape in shapes]}
    rows, targets = jnp.asarray(x), jnp.asarray(y)
    adam = optax.adam(3e-3)

    def loss(p, inputs, target, key):
        divergence = 0.0
        for i, layer in enumerate(p['layers']):
            scale = jax.nn.softplus(layer['rho'])
            key, first, second, third = jax.random.split(key, 4)
            change = scale * jax.random.normal(first, scale.shape)
            divergence += (0.5 * (scale**2 + layer['mean']**2 - 1) - jnp.log(scale)).sum()
            if options.estimator == 'flipout':
                signs_in = jax.random.rademacher(second, inputs.shape, jnp.float32)
                signs_out = jax.random.rademacher(third, (batch, scale.shape[1]), jnp.float32)
                inputs = inputs @ layer['mean'] + ((inputs * signs_in) @ change) * signs_out + layer['bias']
            else:
                inputs = inputs @ (layer['mean'] + change) + layer['bias']
            if i == 0:
                inputs = jax.nn.relu(inputs)
        noise = jax.nn.softplus(p['raw'])
        density = 0.5 * ((inputs - target) / noise)**2 + jnp.log(noise) + 0.5 * math.log(2 * math.pi)
        return density.mean() + divergence / count

    def step(carry, _):
        p, state, key = carry
        key, first, second = jax.random.split(key, 3)
        chosen = jax.random.randint(first, (batch,), 0, count)
        gradient = jax.grad(loss)(p, rows[chosen], targets[chosen], second)
        change, state = adam.update(gradient, state, p)
        return (optax.apply_updates(p, change), state, key), None

    @jax.jit
    def train(carry):
        return jax.lax.scan(step, carry, None, length=steps)[0]

    carry = (parameters, adam.init(parameters), jax.random.key(0, impl='threefry2x32'))
    return lambda: float(train(carry)[0]['raw'])


run = {'tfp': tfp_run, 'torch': torch_run, 'jax': jax_run}[options.peer]()
run()
began = time.perf_counter()
run()
seconds = time.perf_counter() - began
how = f'{options.peer} {options.estimator}' + (' compiled' if options.compile else '')
print(json.dumps({'how': how, 'rate': steps / seconds}))
