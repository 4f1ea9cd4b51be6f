"""Phones that work without a network.

- the program on the phone: ``offline``; whose phone it is: ``contact``; sealing: ``keys``, ``envelope``
- what they take along: ``along``, ``households``, ``categories``
- what arrives: ``packets`` and ``wire`` (read), ``clock``, ``judging`` and ``filling`` (judged), ``arriving``,
  ``anonymous`` and ``writing`` (written down), ``photos`` and ``parts``, ``sealed_file``; ``answers`` and ``both``
- what needs a decision: ``tray``, ``showing``
"""
